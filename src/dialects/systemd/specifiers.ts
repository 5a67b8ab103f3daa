/** Letters after `%` that systemd knows (systemd 262, src/core/unit-printf.c: unit_full_printf_full()). */
const KNOWN = 'iIjJnNpPfyYcrRCdDELSthsaAbBHlqmMovwWgGuUTV';

/**
 * A value whose specifiers are replaced: the instance by nothing in a unit that has none, the others by a letter, as what they stand for
 * is not known. Undefined for a specifier that systemd does not know: it cannot read the value.
 * Source: systemd 262, src/shared/specifier.c: specifier_printf().
 */
export function replaceSpecifiers(text: string, hasInstance: boolean): string | undefined {
  let isUnknown = false;
  const replaced = text.replace(/%([%A-Za-z0-9])/g, (_, letter: string) => {
    if (letter === '%') return '%';
    if (!KNOWN.includes(letter)) isUnknown = true;
    return /[iI]/.test(letter) && !hasInstance ? '' : 'x';
  });
  return isUnknown ? undefined : replaced;
}

/** What specifiers stand for in a unit of the system manager, where that is the same everywhere. */
const OF_MANAGER: Readonly<Record<string, string>> = { '%': '%', u: 'root', U: '0', g: 'root', G: '0' };

/** A value with the specifiers replaced whose text is known; the others stay as written. */
export function replaceKnownSpecifiers(text: string): string {
  return text.replace(/%([%A-Za-z])/g, (written, letter: string) =>
    Object.hasOwn(OF_MANAGER, letter) ? (OF_MANAGER[letter] as string) : written,
  );
}

/** Whether a unit has an instance, by the name of one of its files. */
export function hasInstance(file: string): boolean {
  return /@[^/]*\.\w+(?:\.d\/[^/]*)?$/.test(file);
}
