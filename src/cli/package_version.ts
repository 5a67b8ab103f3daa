import { readFileSync } from 'node:fs';

// One folder deep, as the file of the bundle that has this is.
const PACKAGE = new URL('../../package.json', import.meta.url);

/** The version of the package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string }).version;
}
