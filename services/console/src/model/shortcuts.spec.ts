import { createKeyReader, SECOND_KEY_MS, type ShortcutAction, shortcutsOf, stepInList } from './shortcuts.ts';

const SHORTCUTS = shortcutsOf([
  { to: '/', title: 'Overview', key: 'o' },
  { to: '/incidents', title: 'Incidents', key: 'j' },
  { to: '/plain', title: 'Without one' },
]);

describe('createKeyReader', () => {
  const go = (to: string): ShortcutAction => ({ kind: 'go', to });
  it.each<[string, [key: string, at: number][], (ShortcutAction | undefined)[]]>([
    ['one key', [['?', 0]], [{ kind: 'help' }]],
    [
      'two keys',
      [
        ['g', 0],
        ['o', 300],
      ],
      [undefined, go('/')],
    ],
    [
      'the second one is not taken for itself',
      [
        ['g', 0],
        ['j', 300],
      ],
      [undefined, go('/incidents')],
    ],
    [
      'too late',
      [
        ['g', 0],
        ['j', SECOND_KEY_MS + 1],
      ],
      [undefined, { kind: 'next' }],
    ],
    [
      'nothing that is known',
      [
        ['g', 0],
        ['y', 1],
        ['o', 2],
      ],
      [undefined, undefined, undefined],
    ],
    [
      'a new beginning',
      [
        ['g', 0],
        ['g', 1],
        ['o', 2],
        ['g', 3],
        ['o', 4],
      ],
      [undefined, undefined, undefined, undefined, go('/')],
    ],
    ['a capital is another key', [['J', 0]], [undefined]],
  ])('%s', (_, pressed, actions) => {
    const read = createKeyReader(SHORTCUTS);
    expect(pressed.map(([key, at]) => read(key, at))).toEqual(actions);
  });
});

it('has a shortcut for each page with a key, and says where it leads', () => {
  expect(SHORTCUTS.filter(({ keys }) => keys[0] === 'g').map(({ keys, says }) => [keys[1], says])).toEqual([
    ['o', 'Go to Overview'],
    ['j', 'Go to Incidents'],
  ]);
});

it.each([
  [-1, 5, 1, 0],
  [-1, 5, -1, 0],
  [0, 5, 1, 1],
  [4, 5, 1, 4],
  [0, 5, -1, 0],
  [3, 5, -1, 2],
  [-1, 0, 1, -1],
] as const)('from %i of %i by %i is %i', (current, count, by, next) => {
  expect(stepInList(current, count, by)).toBe(next);
});
