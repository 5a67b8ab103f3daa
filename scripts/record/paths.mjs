import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Kernels, and apt's lists of packages, between runs. */
export const cache = join(root, 'build', 'kernels');
