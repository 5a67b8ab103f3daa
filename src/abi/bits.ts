/** The numbers of the bits that are set in a set of 64, from the lowest. */
export function bitNumbers(set: bigint): number[] {
  const numbers: number[] = [];
  for (let bit = 0; bit < 64; bit++) if ((set >> BigInt(bit)) & 1n) numbers.push(bit);
  return numbers;
}
