/**
 * A text as a name that a scenario takes: characters that it does not take become `_`. Where nothing is left, or a number that would
 * stand for an id, `prefix` and `_` come before it.
 */
export function validName(text: string, prefix: string): string {
  const plain = text
    .replace(/^\/+/, '')
    .replace(/[^\w.@:/+-]/g, '_')
    .replace(/^[.@:/+-]+/, '');
  return plain === '' || /^(?:\d+|0x[0-9a-f]+|0o[0-7]+)$/i.test(plain) ? `${prefix}_${plain}` : plain;
}
