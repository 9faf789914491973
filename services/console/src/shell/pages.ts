import {
  Activity,
  Brain,
  FlaskConical,
  HandCoins,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  MessageCircleQuestion,
  PlugZap,
  Stethoscope,
} from 'lucide-react';

/** A page as the navigation shows it. */
export interface PageLink {
  to: string;
  title: string;
  icon: LucideIcon;
}

/** All pages, in the groups in which the navigation lists them. A new page is one line here and one in `app.tsx`. */
export const PAGES: readonly { group: string; pages: readonly PageLink[] }[] = [
  {
    group: 'Now',
    pages: [
      { to: '/', title: 'Overview', icon: LayoutDashboard },
      { to: '/incidents', title: 'Incidents', icon: Activity },
      { to: '/approvals', title: 'Approvals', icon: MessageCircleQuestion },
    ],
  },
  {
    group: 'Looking back',
    pages: [
      { to: '/tests', title: 'Tests', icon: FlaskConical },
      { to: '/debts', title: 'Debts', icon: HandCoins },
      { to: '/learning', title: 'Learning', icon: Brain },
    ],
  },
  {
    group: 'Deciding',
    pages: [],
  },
  {
    group: 'Running it',
    pages: [
      { to: '/dependencies', title: 'Dependencies', icon: PlugZap },
      { to: '/access', title: 'Access', icon: KeyRound },
      { to: '/settings', title: 'Settings and doctor', icon: Stethoscope },
    ],
  },
];
