import type { Argument, Command, Option } from 'commander';

/** What may stand where the cursor is. */
export interface Suggestions {
  /** Whole words, each with what it means. */
  words: { word: string; says: string }[];
  /** A file may stand there as well. */
  files: boolean;
}

/**
 * What may come next on a command line, by the commands themselves.
 *
 * @param words those after the program's name; the last one is being written, and may be empty. `=` as a word of its own, as bash cuts it, is what joins an
 * option and its value.
 */
export function suggest(program: Command, words: readonly string[]): Suggestions {
  const { before, last } = cut(words);
  let command = program;
  let positions = 0;
  let open: Option | undefined;
  let ended = false;
  for (const word of before) {
    if (open !== undefined) {
      open = undefined;
    } else if (word === '--' && !ended) {
      ended = true;
    } else if (word.startsWith('-') && word !== '-' && !ended) {
      const option = word.includes('=') ? undefined : optionOf(command, word);
      open = option !== undefined && (option.required || option.optional) ? option : undefined;
    } else {
      const child = positions === 0 ? childOf(command, word) : undefined;
      if (child !== undefined) command = child;
      else if (meant(command).registeredArguments.length === 0) return NOTHING;
      else positions += 1;
    }
  }
  if (open !== undefined) return startingWith(last, valuesOf(open));
  const joined = /^(--[^=]+)=(.*)$/s.exec(last);
  if (joined !== null && !ended) {
    const [, name = '', value = ''] = joined;
    const option = optionOf(command, name);
    if (option === undefined) return NOTHING;
    const { words: values } = startingWith(value, valuesOf(option));
    return { words: values.map(({ word, says }) => ({ word: `${name}=${word}`, says })), files: false };
  }
  if (last.startsWith('-') && !ended) return startingWith(last, { words: optionsOf(command), files: false });
  const here = argumentAt(command, positions);
  const children = positions === 0 ? command.commands.filter(isShown) : [];
  return startingWith(last, {
    words: [
      ...children.map((child) => ({ word: child.name(), says: child.description() })),
      ...(here?.argChoices ?? []).map((word) => ({ word, says: '' })),
    ],
    files: here !== undefined && isFile(here.name()),
  });
}

const NOTHING: Suggestions = { words: [], files: false };

function cut(words: readonly string[]): { before: string[]; last: string } {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1).filter((word, at) => word !== '=' || !words[at - 1]?.startsWith('--'));
  return { before, last: last === '=' && words.at(-2)?.startsWith('--') ? '' : last };
}

function startingWith(start: string, { words, files }: Suggestions): Suggestions {
  return { words: words.filter(({ word }) => word.startsWith(start)), files };
}

function childOf(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

/** A command may be meant without being named: `prunella incidents` is `prunella incidents list`. */
function meant(command: Command): Command {
  const { _defaultCommandName: name } = command as Command & { _defaultCommandName?: string | null };
  return (name && childOf(command, name)) || command;
}

function optionOf(command: Command, word: string): Option | undefined {
  return [...command.options, ...meant(command).options].find(({ short, long }) => short === word || long === word);
}

function optionsOf(command: Command): Suggestions['words'] {
  return meant(command)
    .createHelp()
    .visibleOptions(meant(command))
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', says: description }));
}

function valuesOf(option: Option): Suggestions {
  const words = (option.argChoices ?? []).map((word) => ({ word, says: '' }));
  return { words, files: words.length === 0 && isFile(/[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '') };
}

function argumentAt(command: Command, position: number): Argument | undefined {
  const { registeredArguments } = meant(command);
  const last = registeredArguments.at(-1);
  return registeredArguments[position] ?? (last?.variadic ? last : undefined);
}

function isFile(name: string): boolean {
  return ['file', 'files', 'folder', 'pack'].includes(name);
}

function isShown(command: Command): boolean {
  return !(command as Command & { _hidden?: boolean })._hidden;
}
