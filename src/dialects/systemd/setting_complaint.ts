import { quote } from '../../names/unknown_name.js';
import type { ReadComplaint } from '../line_account.js';
import type { PlacedText } from '../source_text.js';
import { KNOWN_SETTINGS } from './known_settings.generated.js';
import { meantSetting } from './meant_setting.js';
import { isRemoved } from './removed_settings.js';
import { COMMON_SECTIONS, EXEC_SECTIONS } from './sections.js';
import type { UnitSettings } from './unit_settings.js';

/** What is said of a setting that a section does not have. */
export function settingComplaint({ taken }: UnitSettings, section: string, key: PlacedText): ReadComplaint {
  const name = key.text;
  const code = 'unknown-setting';
  if (isRemoved(name, section)) {
    return { code, message: `systemd ignores the setting ${quote(name)}: its support was removed` };
  }
  const start = `systemd ignores the unknown setting ${quote(name)} in [${section}]`;
  const elsewhere = [...COMMON_SECTIONS, ...EXEC_SECTIONS, ...Object.keys(KNOWN_SETTINGS)].find((other) =>
    KNOWN_SETTINGS[other]?.includes(name),
  );
  if (elsewhere) return { code, message: `${start}; it belongs to [${elsewhere}]` };
  const meant = meantSetting(name, KNOWN_SETTINGS[section] ?? []);
  if (!meant) return { code, message: start };
  const isFixed = meant.isCertain && !taken.has(meant.name);
  if (isFixed) taken.add(meant.name);
  return {
    code,
    message: `${start}; did you mean ${quote(meant.name)}?`,
    nearest: meant.name,
    fix: isFixed ? [{ at: key.at, text: meant.name }] : undefined,
  };
}
