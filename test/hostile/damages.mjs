// The damages that a sound file is given, numbered from 0: each byte overwritten with each of some values, in binary formats
// each four bytes overwritten with lengths that are too large, and the file cut off at every length.

const BYTES = [0x00, 0x08, 0x7f, 0x80, 0xff];
const LENGTHS = [0x0fff_ffff, 0xffff_ffff];
const WORD = 4;

/** The number of damages of a file, by its size in bytes. */
export function damageCount(length, isBinary) {
  return length * BYTES.length + (isBinary ? Math.floor(length / WORD) * LENGTHS.length : 0) + length;
}

/** The bytes with a damage; undefined for one that changes nothing. */
export function damaged(bytes, number, isBinary) {
  const { kind, at, value } = damageOf(bytes.length, number, isBinary);
  if (kind === 'cut') return bytes.slice(0, at);
  const copy = bytes.slice();
  if (kind === 'byte' && copy[at] === value) return undefined;
  if (kind === 'byte') copy[at] = value;
  else new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

/** A damage in words. */
export function damageWords(length, number, isBinary) {
  const { kind, at, value } = damageOf(length, number, isBinary);
  if (kind === 'cut') return `cut off after ${at} bytes`;
  return `${kind === 'byte' ? `byte ${at}` : `bytes ${at} to ${at + WORD - 1}`} set to 0x${value.toString(16)}`;
}

function damageOf(length, number, isBinary) {
  const overwritten = length * BYTES.length;
  if (number < overwritten) {
    return { kind: 'byte', at: Math.floor(number / BYTES.length), value: BYTES[number % BYTES.length] };
  }
  const rest = number - overwritten;
  const words = isBinary ? Math.floor(length / WORD) * LENGTHS.length : 0;
  if (rest >= words) return { kind: 'cut', at: rest - words };
  return { kind: 'word', at: WORD * Math.floor(rest / LENGTHS.length), value: LENGTHS[rest % LENGTHS.length] };
}
