import type { ActionType } from '@prunella/contracts';
import type { LucideIcon } from 'lucide-react';
import {
  BellRing,
  CircleHelp,
  CircleSlash,
  FlaskConicalOff,
  Hourglass,
  PlugZap,
  RefreshCw,
  RotateCcw,
  Scaling,
  Split,
  TimerReset,
  Undo2,
} from 'lucide-react';

const ICONS: Record<ActionType, LucideIcon> = {
  retry: RotateCcw,
  retry_with_backoff: RefreshCw,
  rollback: Undo2,
  scale_resources: Scaling,
  skip_test: FlaskConicalOff,
  reset_connections: PlugZap,
  raise_timeout: TimerReset,
  wait_for_dependency: Hourglass,
  alternative_path: Split,
  notify_human: BellRing,
  none: CircleSlash,
};

export function actionIcon(action: ActionType): LucideIcon {
  return ICONS[action] ?? CircleHelp;
}
