function versionNumbers(text) {
  return text.split(/\D+/).map(Number);
}

/** Orders versions by their numbers, for sort(). */
export function compareVersions(a, b) {
  const [left, right] = [versionNumbers(a), versionNumbers(b)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? 0 : left[at] - (right[at] ?? -1);
}

/** The release of a version: 6.12 of 6.12.41. */
export function releaseOf(version) {
  return version.split('.', 2).join('.');
}
