import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Pair,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { quote } from '../names/unknown_name.js';
import type { Diagnostics } from './diagnostics.js';
import { isMergeKey, Locator } from './yaml_locator.js';

/** Largest document read, in bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
/** A scenario nests five levels. Past this many, readers that recurse would run out of stack. */
const MAX_DEPTH = 64;
/** Aliases of a document: each takes a look at all that it stands for. */
const MAX_ALIASES = 1000;

/** A YAML or JSON text as plain data, with the way back to the places it was written at. */
export interface SourceDocument {
  /**
   * Objects, arrays, strings, numbers, booleans, null. Numbers are integers: one that a number cannot hold, and any other number
   * (1.5, 12e5), is the text as written. So is a key that is no string.
   */
  readonly data: unknown;
  readonly locator: Locator;
  readonly warnings: readonly { readonly line: number; readonly column: number; readonly message: string }[];
}

/** What a document is, for messages. */
export interface DocumentWords {
  /** `scenario` */
  readonly what: string;
  /** The diagnostic of a text without a value. */
  readonly empty: string;
  /** Whether `<<` adds the keys of other maps, as in YAML 1.1, to those that a map has itself. */
  readonly hasMergeKeys?: boolean;
}

/**
 * Reads YAML 1.2 (and so JSON). Throws a ScenarioError for a text that is too large (before parsing it), empty, nested
 * too deeply, not YAML, or that has a key twice.
 */
export function readDocument(
  text: string,
  { what, empty, hasMergeKeys = false }: DocumentWords,
  diagnostics: Diagnostics,
): SourceDocument {
  refuseLarge(text, what, diagnostics);
  const lines = new LineCounter();
  const doc = compose(text, what, hasMergeKeys, lines, diagnostics);
  const at = (offset: number) => positionAt(lines, offset);
  if (!doc || doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null)) {
    diagnostics.add({ line: 1, column: 1 }, empty);
  } else {
    checkNodes(doc, hasMergeKeys, at, diagnostics);
  }
  diagnostics.throwIfAny();
  return {
    data: toData(doc as Document.Parsed, diagnostics),
    locator: new Locator(doc as Document.Parsed, at),
    warnings: (doc as Document.Parsed).warnings.map(({ pos, message }) => ({ ...at(pos[0]), message })),
  };
}

function refuseLarge(text: string, what: string, diagnostics: Diagnostics): void {
  if (text.length * 3 <= MAX_DOCUMENT_BYTES) return;
  const size = utf8Length(text);
  if (size <= MAX_DOCUMENT_BYTES) return;
  const mebibytes = (size / 1024 / 1024).toFixed(1);
  diagnostics.add(
    { line: 1, column: 1 },
    `the ${what} is ${mebibytes} MiB (${size} bytes); at most ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB are read`,
  );
  diagnostics.throwIfAny();
}

function utf8Length(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two surrogates make one character of four bytes.
    size += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return size;
}

function positionAt(lines: LineCounter, offset: number) {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/**
 * Text to a document. The depth is watched while tokens are read: the composer recurses, and runs out of stack in ways
 * that end the process.
 */
function compose(
  text: string,
  what: string,
  hasMergeKeys: boolean,
  lines: LineCounter,
  diagnostics: Diagnostics,
): Document.Parsed | undefined {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  const stop = (offset: number, message: string): never => {
    diagnostics.add(positionAt(lines, offset), message);
    diagnostics.throwIfAny();
    throw new Error(message);
  };
  let documents = 0;
  const take = (token: CST.Token) => {
    if (token.type === 'document' && ++documents > 1) {
      stop(token.offset, `a second YAML document starts here: a file holds one ${what}`);
    }
    if (token.type === 'error') stop(token.offset, `not YAML: ${token.message}`);
    tokens.push(token);
  };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) take(token);
    if (parser.stack.length > MAX_DEPTH) stop(parser.offset, `nested deeper than ${MAX_DEPTH} levels: no ${what} is`);
  }
  for (const token of parser.end()) take(token);

  // uniqueKeys compares every pair of keys; checkNodes() does it in one pass.
  const options = {
    schema: 'core',
    intAsBigInt: true,
    merge: hasMergeKeys,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  } as const;
  const [doc] = new Composer(options).compose(tokens, true, text.length);
  const error = doc?.errors[0];
  if (error) {
    // The later ones follow from the first as often as not.
    const message =
      error.code === 'TAB_AS_INDENT'
        ? 'a tab indents this line: YAML takes spaces only'
        : `not YAML: ${error.message.replace(/\s+/g, ' ')}`;
    stop(error.pos[0], message);
  }
  return doc;
}

/** Gives an alias its node: the library looks for it among all anchors and aliases, for each alias anew. */
function resolveAs(alias: Alias, node: Anchored): void {
  const { resolve } = alias;
  alias.resolve = (doc, context) => {
    if (!context) return node;
    context.aliasResolveCache = [node];
    return resolve.call(alias, doc, context);
  };
}

/** What an alias can stand for. */
type Anchored = Scalar | YAMLMap | YAMLSeq;

/** Keys (each once, a plain name), aliases (defined), and integers brought to what data holds. */
function checkNodes(
  doc: Document.Parsed,
  hasMergeKeys: boolean,
  at: (offset: number) => { line: number; column: number },
  diagnostics: Diagnostics,
) {
  const place = (node: unknown) => at((node as { range?: [number, number, number] | null } | null)?.range?.[0] ?? 0);
  let aliases = 0;
  const anchors = new Map<string, Anchored>();
  const note = (node: Anchored) => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  };
  visit(doc, {
    Alias(_, alias) {
      const node = anchors.get(alias.source);
      if (node) resolveAs(alias, node);
      aliases += 1;
      if (aliases === MAX_ALIASES + 1) {
        diagnostics.add(
          place(alias),
          `more than ${MAX_ALIASES} aliases: write them out, or write the file with a program`,
        );
      }
      if (!node) diagnostics.add(place(alias), `no anchor &${alias.source} stands before this alias`);
    },
    Map(_, map) {
      note(map);
      checkKeys(map, place, diagnostics);
      if (!hasMergeKeys) return;
      for (const { key, value } of map.items) if (isMergeKey(key)) checkMerged(value, anchors, place, diagnostics);
    },
    Seq(_, list) {
      note(list);
    },
    Scalar(_, scalar) {
      note(scalar);
      scalar.value = plainNumber(scalar);
    },
  });
}

function checkKeys(
  map: YAMLMap,
  place: (node: unknown) => { line: number; column: number },
  diagnostics: Diagnostics,
): void {
  const first = new Map<string, Pair>();
  for (const pair of map.items) {
    const { key } = pair;
    if (!isScalar(key) || key.value === null || key.value === '') {
      diagnostics.add(place(key ?? map), 'a key is a plain name');
      continue;
    }
    if (isMergeKey(key)) continue;
    // `12e5` is a name that someone gave, not 1200000.
    if (typeof key.value !== 'string' && key.source !== undefined) key.value = key.source;
    const name = String(key.value);
    if (name === '__proto__') diagnostics.add(place(key), `${quote(name)} cannot be a name here`);
    const before = first.get(name);
    if (before)
      diagnostics.add(place(key), `the key ${quote(name)} is here twice: first on line ${place(before.key).line}`);
    else first.set(name, pair);
  }
}

const MERGED_WORDS = 'what "<<" adds is a map, or a list of maps';

/** What `<<` adds is a map, or a list of maps. */
function checkMerged(
  value: unknown,
  anchors: ReadonlyMap<string, Anchored>,
  place: (node: unknown) => { line: number; column: number },
  diagnostics: Diagnostics,
): void {
  const meant = (node: unknown) => (isAlias(node) ? anchors.get(node.source) : node);
  const list = meant(value);
  const sources = isSeq(list) ? list.items : [value];
  const isBad = sources.some((source) => !isMap(meant(source)));
  if (isBad) diagnostics.add(place(value), MERGED_WORDS);
}

/**
 * A number where one holds the value exactly. Otherwise the text as written: wide masks, leading zeros, which are octal to the
 * kernel and decimal to YAML 1.2, and floats, of which a scenario has none: a container id can look like one (12e5).
 */
function plainNumber({ value, source }: Scalar): unknown {
  if (typeof value === 'number') return source ?? value;
  if (typeof value !== 'bigint') return value;
  if (source !== undefined && /^[-+]?0[0-9]+$/.test(source)) return source;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** Plain data; a text whose aliases expand without end is refused by the library's own limit. */
function toData(doc: Document.Parsed, diagnostics: Diagnostics): unknown {
  try {
    return doc.toJS();
  } catch (error) {
    const isOfMerge = error instanceof Error && error.message.startsWith('Merge sources');
    if (isOfMerge) diagnostics.add({ line: 1, column: 1 }, MERGED_WORDS);
    diagnostics.throwIfAny();
    if (!(error instanceof ReferenceError)) throw error;
    diagnostics.add(
      { line: 1, column: 1 },
      'aliases repeat more than 100 nodes: write them out, or write the file with a program',
    );
    diagnostics.throwIfAny();
    throw error;
  }
}
