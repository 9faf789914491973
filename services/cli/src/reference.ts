import type { Command } from 'commander';
import { EXAMPLES } from './examples.ts';

const HEAD = `# The command line

Generated from the commands themselves (\`npm run reference\`). Every command has \`--help\`; those that print data have
\`--json\`, whose keys are stable. Exit codes: 0 done, 1 the answer is no or something could not be done, 2 the command line is wrong, 3 a service that is needed does not
answer.

Completion: \`source <(prunella completion bash)\` in \`~/.bashrc\`, \`source <(prunella completion zsh)\` in \`~/.zshrc\` after \`compinit\`, \`prunella completion fish | source\` in
\`~/.config/fish/config.fish\`. On a terminal, long work shows a bar on standard error; with \`--json\`, in a pipe and in CI it does not.
`;

/** docs/reference/cli.md. */
export function referenceOf(program: Command): string {
  const parts = leaves(program).map(({ command, path }) => sectionOf(command, path));
  return `${[HEAD, ...parts].join('\n')}`;
}

/** Every command that does something, with its words. */
export function leaves(
  command: Command,
  path: readonly string[] = [],
): { command: Command; path: readonly string[] }[] {
  const children = command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
  const acts = command.commands.length === 0 || command.registeredArguments.length > 0;
  return acts && path.length > 0 ? [{ command, path }, ...children] : children;
}

function sectionOf(command: Command, path: readonly string[]): string {
  const help = command.createHelp();
  const required = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags);
  const names = command.registeredArguments.map((one) => {
    const dots = one.variadic ? '...' : '';
    return one.required ? `<${one.name()}${dots}>` : `[${one.name()}${dots}]`;
  });
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const rows = [
    ...command.registeredArguments.map((one, at) => [names[at] ?? '', help.argumentDescription(one)]),
    ...options.map((one) => [one.flags, help.optionDescription(one)]),
  ];
  const examples = EXAMPLES[path.join(' ')] ?? [];
  return [
    `## \`${path.join(' ')}\``,
    '',
    `${sentence(command.description())}`,
    '',
    '```sh',
    ['prunella', ...path, ...names, ...required, '[options]'].join(' '),
    ...(examples.length === 0 ? [] : ['', ...examples.map((line) => `prunella ${line}`)]),
    '```',
    ...(rows.length === 0 ? [] : ['', ...rows.map(([name = '', says = '']) => `- \`${name}\`: ${cell(says)}`)]),
    '',
  ].join('\n');
}

/** That nothing is the default needs no words. */
function cell(text: string): string {
  return text.replace(' (default: "")', '').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ').trim();
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
