import {
  Activity,
  Brain,
  ChartColumn,
  FlaskConical,
  HandCoins,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  MessageCircleQuestion,
  PlugZap,
  Rewind,
  ScrollText,
  Stethoscope,
} from 'lucide-react';

/** A page as the navigation shows it. */
export interface PageLink {
  to: string;
  title: string;
  icon: LucideIcon;
  /** `g` and then this key leads there; each at most once. Absent: no keys do. */
  key?: string;
}

/** All pages, in the groups in which the navigation lists them. A new page is one line here and one in `app.tsx`. */
export const PAGES: readonly { group: string; pages: readonly PageLink[] }[] = [
  {
    group: 'Now',
    pages: [
      { to: '/', title: 'Overview', icon: LayoutDashboard, key: 'o' },
      { to: '/incidents', title: 'Incidents', icon: Activity, key: 'i' },
      { to: '/approvals', title: 'Approvals', icon: MessageCircleQuestion, key: 'a' },
    ],
  },
  {
    group: 'Looking back',
    pages: [
      { to: '/reports', title: 'Reports', icon: ChartColumn, key: 'r' },
      { to: '/tests', title: 'Tests', icon: FlaskConical, key: 't' },
      { to: '/debts', title: 'Debts', icon: HandCoins, key: 'd' },
      { to: '/learning', title: 'Learning', icon: Brain, key: 'l' },
    ],
  },
  {
    group: 'Deciding',
    pages: [
      { to: '/policy', title: 'Policy', icon: ScrollText },
      { to: '/backtest', title: 'Backtest', icon: Rewind },
    ],
  },
  {
    group: 'Running it',
    pages: [
      { to: '/dependencies', title: 'Dependencies', icon: PlugZap, key: 'e' },
      { to: '/access', title: 'Access', icon: KeyRound, key: 's' },
      { to: '/settings', title: 'Settings and doctor', icon: Stethoscope, key: 'h' },
    ],
  },
];
