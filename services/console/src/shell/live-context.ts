import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { LiveConnection, LiveState } from '../api/live.ts';
import type { Joined } from '../model/fold.ts';
import type { Incident } from '../model/incident.ts';

export const LiveContext = createContext<LiveConnection | null>(null);

/** The page's one live connection. */
export function useLive(): LiveConnection {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive outside of LiveContext: wrap the app in it, as main.tsx does');
  return live;
}

export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live.onState, live.getState);
}

/** Calls `onJoined` for every incident that turned out to be a part of another. */
export function useJoinedIncidents(onJoined: (joined: Joined) => void): void {
  const live = useLive();
  const joined = useEffectEvent(onJoined);
  useEffect(() => live.onJoined((one) => joined(one)), [live]);
}

/** Calls `onIncident` for every incident that was created or changed, `onCatchUp` after every gap. */
export function useLiveIncidents(onIncident: (incident: Incident) => void, onCatchUp: () => void): void {
  const live = useLive();
  const incident = useEffectEvent(onIncident);
  const catchUp = useEffectEvent(onCatchUp);
  useEffect(() => {
    const stops = [live.onIncident((changed) => incident(changed)), live.onCatchUp(() => catchUp())];
    return () => stops.forEach((stop) => void stop());
  }, [live]);
}
