export function damageCount(length: number, isBinary: boolean): number;
export function damaged(bytes: Uint8Array, number: number, isBinary: boolean): Uint8Array | undefined;
export function damageWords(length: number, number: number, isBinary: boolean): string;
