/** What a key of a scenario cannot be: a number, which stands for an id, and what objects have without being given it. */
const NO_NAME = /^(?:|\d+|0x[0-9a-f]+|0o[0-7]+|__proto__)$/i;

/**
 * A text as a name that a scenario takes: characters that it does not take become `_`. `prefix` and `_` come before what still is no
 * name.
 */
export function validName(text: string, prefix: string): string {
  const plain = text
    .replace(/^\/+/, '')
    .replace(/[^\w.@:/+-]/g, '_')
    .replace(/^[.@:/+-]+/, '');
  return NO_NAME.test(plain) ? `${prefix}_${plain}` : plain;
}
