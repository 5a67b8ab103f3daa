import { RecordingFailed } from './errors.mjs';

/** Throws where the records that arrived are not those that the recorder counts on the console. */
export function checkRecording(console, recorded) {
  const fail = (why) => {
    const end = console.split('\n').slice(-30).join('\n');
    return new RecordingFailed(`the recording is not complete: ${why}\nThe end of the guest's console:\n${end}`);
  };
  const counted = /recorder: (\d+) records((?:, \w+ \d+)*), lost (\d+)/.exec(console);
  if (!counted) throw fail('the recorder did not end');
  if (!/recorder: ended with status 0\b/.test(console) || counted[3] !== '0') throw fail('the recorder reports a loss');
  const lines = recorded.toString('latin1').split('\n');
  if (lines.pop() !== '') throw fail('the last line is cut off');
  if (lines.length !== Number(counted[1]))
    throw fail(`the recorder made ${counted[1]} records, ${lines.length} arrived`);
  const families = {};
  let kernel;
  for (const [i, line] of lines.entries()) {
    let record;
    try {
      record = JSON.parse(line);
    } catch {
      throw fail(`line ${i + 1} is damaged`);
    }
    kernel ??= record.kernel;
    families[record.family] = (families[record.family] ?? 0) + 1;
  }
  for (const [, family, count] of counted[2].matchAll(/, (\w+) (\d+)/g)) {
    if ((families[family] ?? 0) !== Number(count))
      throw fail(`the recorder made ${count} cases of ${family}, ${families[family] ?? 0} arrived`);
  }
  return { kernel, records: lines.length, families };
}
