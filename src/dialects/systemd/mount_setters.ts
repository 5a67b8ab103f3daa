import { ignored, type Setter } from './setter.js';
import { hasInstance, replaceSpecifiers } from './specifiers.js';
import type { MountUnit } from './unit_settings.js';

/** A text that stays as it was where a specifier is not known. */
function textSetter(name: keyof MountUnit): Setter {
  return ({ mount }, value, { account }, key) => {
    const text = replaceSpecifiers(value.text, hasInstance(value.at.file));
    if (text === undefined) return ignored('specifiers that systemd knows, and %% for a percent sign,');
    if (name === 'where' && text !== '' && !/^(?:\/|%[^%])/.test(value.text)) return ignored('an absolute path');
    const before = mount[name];
    if (name === 'options' && value.text !== '' && before && /(?:^|,)delegate_/.test(before.text)) {
      const where = `line ${before.at.line}${before.at.file === value.at.file ? '' : ` of ${before.at.file}`}`;
      const message = `${key.text}: this takes the place of the options on ${where}: nothing is added to them`;
      account.warn(key.at, { code: 'later-assignment-replaces', message });
    }
    mount[name] = value.text === '' ? undefined : value;
    return undefined;
  };
}

/** The settings that [Mount] alone has, which systemd gives to mount(8). */
export const MOUNT_SETTERS: Readonly<Record<string, Setter>> = {
  What: textSetter('what'),
  Where: textSetter('where'),
  Type: textSetter('type'),
  Options: textSetter('options'),
};
