import { jsonText } from '../../text/printable.js';
import type { HostFacts } from './host_facts.js';

/** The name of the file of a saved copy in its folder. */
export const FACTS_FILE = 'host-facts.json';

/** Facts as the text of a saved copy: JSON, with a line for each process, namespace and descriptor. */
export function factsText(facts: HostFacts): string {
  const members = Object.entries(facts).map(([key, value]) => {
    const items = Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
    const lines = items ? `[\n${value.map((item) => jsonText(item)).join(',\n')}\n]` : jsonText(value);
    return `${jsonText(key)}: ${lines}`;
  });
  return `{\n${members.join(',\n')}\n}\n`;
}
