type Json = { [key: string]: unknown };

/** Most characters of a text, by where it stands. https://docs.slack.dev/reference/block-kit/blocks */
const LONGEST = {
  message: 40_000,
  header: 150,
  section: 3_000,
  field: 2_000,
  element: 3_000,
  button: 75,
  buttonId: 255,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
};
const MOST_BLOCKS = 50;
const MOST_FIELDS = 10;
const MOST_ELEMENTS = 10;
const MOST_ACTIONS = 25;

/** What Slack would refuse in the body of an incoming webhook that has blocks; empty: nothing. */
export function slackViolations(body: unknown): string[] {
  const { text, blocks } = body as { text?: unknown; blocks?: unknown };
  const found = text === undefined ? [] : textViolations('text', text, LONGEST.message);
  if (!Array.isArray(blocks)) return [...found, 'blocks: expected a list'];
  return [...found, ...countViolations('blocks', blocks, MOST_BLOCKS), ...blocks.flatMap(blockViolations)];
}

function blockViolations(block: Json, index: number): string[] {
  const at = `blocks[${index}]`;
  switch (block['type']) {
    case 'header':
      return objectViolations(`${at}.text`, block['text'], LONGEST.header, ['plain_text']);
    case 'section': {
      const { text, fields } = block;
      if (text === undefined && fields === undefined) return [`${at}: expected text or fields`];
      const found = text === undefined ? [] : objectViolations(`${at}.text`, text, LONGEST.section);
      return fields === undefined
        ? found
        : [...found, ...listViolations(`${at}.fields`, fields, MOST_FIELDS, LONGEST.field)];
    }
    case 'context':
      return listViolations(`${at}.elements`, block['elements'], MOST_ELEMENTS, LONGEST.element);
    case 'actions':
      return actionsViolations(`${at}.elements`, block['elements']);
    case 'divider':
      return [];
    default:
      return [`${at}.type: expected header, section, context, actions or divider, found ${String(block['type'])}`];
  }
}

/** Of the elements only buttons. https://docs.slack.dev/reference/block-kit/block-elements/button-element */
function actionsViolations(at: string, elements: unknown): string[] {
  if (!Array.isArray(elements)) return [`${at}: expected a list`];
  const ids = elements.map((element: Json) => element['action_id']);
  const found = new Set(ids).size === ids.length ? [] : [`${at}: expected different action_ids`];
  return [
    ...found,
    ...countViolations(at, elements, MOST_ACTIONS),
    ...elements.flatMap((element: Json, index) => buttonViolations(`${at}[${index}]`, element)),
  ];
}

function buttonViolations(at: string, { type, text, action_id: id, value, style, confirm }: Json): string[] {
  const found = type === 'button' ? [] : [`${at}.type: expected button, found ${String(type)}`];
  if (style !== undefined && style !== 'primary' && style !== 'danger')
    found.push(`${at}.style: expected primary or danger`);
  return [
    ...found,
    ...objectViolations(`${at}.text`, text, LONGEST.button, ['plain_text']),
    ...textViolations(`${at}.action_id`, id, LONGEST.buttonId),
    ...(value === undefined ? [] : textViolations(`${at}.value`, value, LONGEST.buttonValue)),
    ...(confirm === undefined ? [] : confirmViolations(`${at}.confirm`, confirm as Json)),
  ];
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function confirmViolations(at: string, { title, text, confirm, deny }: Json): string[] {
  return [
    ...objectViolations(`${at}.title`, title, LONGEST.confirmTitle, ['plain_text']),
    ...objectViolations(`${at}.text`, text, LONGEST.confirmText, ['plain_text']),
    ...objectViolations(`${at}.confirm`, confirm, LONGEST.confirmButton, ['plain_text']),
    ...objectViolations(`${at}.deny`, deny, LONGEST.confirmButton, ['plain_text']),
  ];
}

function listViolations(at: string, list: unknown, most: number, longest: number): string[] {
  if (!Array.isArray(list)) return [`${at}: expected a list`];
  const items = list.flatMap((item, index) => objectViolations(`${at}[${index}]`, item, longest));
  return [...countViolations(at, list, most), ...items];
}

function countViolations(at: string, list: unknown[], most: number): string[] {
  return list.length >= 1 && list.length <= most ? [] : [`${at}: expected 1 to ${most}, found ${list.length}`];
}

function objectViolations(at: string, value: unknown, longest: number, types = ['plain_text', 'mrkdwn']): string[] {
  const { type, text } = (value ?? {}) as Json;
  const found = textViolations(`${at}.text`, text, longest);
  return types.includes(String(type)) ? found : [...found, `${at}.type: expected ${types.join(' or ')}`];
}

function textViolations(at: string, text: unknown, longest: number): string[] {
  if (typeof text !== 'string' || text.trim() === '') return [`${at}: expected text`];
  if (text.length > longest) return [`${at}: expected at most ${longest} characters, found ${text.length}`];
  return text.isWellFormed() ? [] : [`${at}: half of a character`];
}
