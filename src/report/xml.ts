import { printable } from '../text/printable.js';

/** An element of an XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Elements, or text. */
  readonly content?: readonly XmlElement[] | string;
}

/** Neither a control nor half of a surrogate pair: what printable() leaves of these, XML 1.0 cannot say at all. */
const NOT_XML = /[\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * A document of one element, indented. Texts are made printable, line by line: XML 1.0 has no way to write a control
 * character.
 */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, '')}`;
}

function elementText({ name, attributes = {}, content = [] }: XmlElement, indent: string): string {
  const start = `${indent}<${name}${Object.entries(attributes).map(attributeText).join('')}`;
  if (content.length === 0) return `${start}/>\n`;
  if (typeof content === 'string') return `${start}>${content.split('\n').map(escaped).join('\n')}</${name}>\n`;
  return `${start}>\n${content.map((child) => elementText(child, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

function attributeText([name, value]: readonly [string, string | number]): string {
  return ` ${name}="${escaped(String(value))}"`;
}

function escaped(line: string): string {
  return printable(line)
    .replace(NOT_XML, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"]/g, (character) => ENTITIES[character] as string);
}
