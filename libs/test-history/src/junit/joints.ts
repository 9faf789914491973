/**
 * Where the parser puts a text together out of pieces, by what it is in the middle of. Each costs it some sixty bytes until it tells of the text: what is made of these alone
 * would be a hundred times as large in memory as it is written.
 */
const OF_TEXT = /[&\r\u0085\u2028]/g;
const OF_CDATA = /[\]\r\u0085\u2028]/g;
/** Of tags with their attributes, comments, instructions and document types. */
const OF_MARKUP = /[<>&\]?"'\t\n\r\u0085\u2028-]/g;

const CDATA = '<![CDATA[';

/** Where the parser was when it last told of something. */
export interface Told {
  /** In the whole, in UTF-16 code units. */
  at: number;
  /** It told of a text, and has read the `<` behind it. */
  isText: boolean;
}

/** How many there are in a piece of `whole` of which the parser has told nothing yet. */
export function jointsIn(piece: string, whole: string, { at, isText }: Told): number {
  const open = isText ? at - 1 : at;
  const joint = whole.startsWith(CDATA, open) ? OF_CDATA : whole[open] === '<' ? OF_MARKUP : OF_TEXT;
  return piece.match(joint)?.length ?? 0;
}
