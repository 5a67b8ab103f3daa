import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { piece } from '../source_text.js';
import { isOfDelegation } from './name_list.js';
import { startUnit, type UnitReading } from './read_unit.js';
import { SHOWN_PROPERTIES } from './show_properties.js';
import { unitDelegation } from './unit_delegation.js';
import { warnOfUnit } from './unit_warnings.js';

/**
 * Reads `systemctl show`: properties of one unit, or of several with an empty line between them. What a property does not say is not
 * known: `-p` leaves out the others. Source: systemd 262, src/shared/bus-print-properties.c.
 */
export function readShow(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const delegations: Delegation[] = [];
  let unit: UnitReading | undefined;
  const finish = () => {
    const delegation = unit?.start && unitDelegation(unit.name, unit.start, unit.settings);
    if (unit && delegation) {
      warnOfUnit(unit.settings, context);
      delegations.push(delegation);
    }
    unit = undefined;
  };
  for (const line of account.lines) {
    const number = line.at.line;
    if (line.text.trim() === '') {
      account.irrelevant(number, 'blank');
      finish();
      continue;
    }
    const equals = line.text.indexOf('=');
    const key = line.text.slice(0, Math.max(equals, 0));
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(key)) {
      // A value of several lines goes on here.
      account.irrelevant(number, 'other_text');
      continue;
    }
    unit ??= startUnit('unit');
    const value = piece(line, equals + 1);
    if (key === 'Id') {
      account.understood(number, 'Id');
      unit = { ...unit, name: value.text };
    } else if (Object.hasOwn(SHOWN_PROPERTIES, key)) {
      account.understood(number, key);
      if (isOfDelegation(key)) unit.start ??= line.at;
      SHOWN_PROPERTIES[key]?.(unit.settings, value, context);
      unit.settings.places.set(key, piece(line, 0, equals));
    } else account.irrelevant(number, 'other_setting');
  }
  finish();
  return delegations;
}
