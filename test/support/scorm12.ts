/**
 * @file A strict SCORM 1.2 run-time: what ADL's "SCORM Run-Time Environment 1.2" prescribes for the API and for the
 * elements of `cmi.core`, `cmi.suspend_data` and their neighbours, with its types, vocabularies, error codes and states.
 *
 * It is stricter than any course system: `calls` records every call, and a call outside `ALLOWED` is a `fault`, even if
 * the standard would allow it, because a lesson promises to use nothing else.
 *
 * Plain JavaScript in its body (no imports), so that a page can run it, too: `scorm12.toString()`.
 */

export interface Kept {
  [element: string]: string;
}

export interface Runtime {
  readonly api: Record<string, (...given: string[]) => string>;
  /** What the course system stores, committed. */
  readonly kept: Kept;
  /** 'LMSSetValue cmi.core.score.raw 50 → true' */
  readonly calls: string[];
  /** What a lesson must not do. */
  readonly faults: string[];
  /** Makes calls of this name fail with a code, as many times as it says. */
  fail(call: string, code: string, times: number): void;
  state(): 'not initialized' | 'running' | 'finished';
}

export function scorm12(before: Kept = {}): Runtime {
  const ALLOWED = {
    calls: [
      ...['LMSInitialize', 'LMSGetValue', 'LMSSetValue', 'LMSCommit', 'LMSFinish'],
      'LMSGetLastError',
    ],
    get: ['cmi.suspend_data', 'cmi.core.entry'],
    set: [
      ...['cmi.core.lesson_status', 'cmi.suspend_data'],
      ...['cmi.core.score.raw', 'cmi.core.score.min', 'cmi.core.score.max'],
    ],
  };
  const DECIMAL = /^-?\d+(\.\d+)?$/;
  const decimal = (value: string) =>
    value === '' || (DECIMAL.test(value) && Number(value) >= 0 && Number(value) <= 100);
  const word = (...words: string[]) => {
    return (value: string) => words.includes(value);
  };
  const text = (longest: number) => (value: string) => value.length <= longest;
  type Access = 'both' | 'read' | 'write';
  const MODEL: Record<
    string,
    { access: Access; fits: (value: string) => boolean; first?: string }
  > = {
    'cmi.core.student_id': { access: 'read', fits: text(255), first: 'student-1' },
    'cmi.core.student_name': { access: 'read', fits: text(255), first: 'Lovelace, Ada' },
    'cmi.core.lesson_location': { access: 'both', fits: text(255) },
    'cmi.core.credit': { access: 'read', fits: word('credit', 'no-credit'), first: 'credit' },
    'cmi.core.lesson_status': {
      access: 'both',
      // 'not attempted' is the first value; a lesson may not set it.
      fits: word('passed', 'completed', 'failed', 'incomplete', 'browsed'),
      first: 'not attempted',
    },
    'cmi.core.entry': { access: 'read', fits: word('ab-initio', 'resume', '') },
    'cmi.core.score.raw': { access: 'both', fits: decimal },
    'cmi.core.score.min': { access: 'both', fits: decimal },
    'cmi.core.score.max': { access: 'both', fits: decimal },
    'cmi.core.total_time': { access: 'read', fits: text(20), first: '0000:00:00.00' },
    'cmi.core.lesson_mode': { access: 'read', fits: text(20), first: 'normal' },
    'cmi.core.exit': { access: 'write', fits: word('time-out', 'suspend', 'logout', '') },
    'cmi.core.session_time': {
      access: 'write',
      fits: (value) => /^\d{2,4}:\d{2}:\d{2}(\.\d{1,2})?$/.test(value),
    },
    'cmi.suspend_data': { access: 'both', fits: text(4096) },
    'cmi.launch_data': { access: 'read', fits: text(4096) },
    'cmi.comments': { access: 'both', fits: text(4096) },
  };
  const PARENTS: Record<string, string> = {
    cmi: 'core,suspend_data,launch_data,comments',
    'cmi.core':
      'student_id,student_name,lesson_location,credit,lesson_status,entry,score,total_time,lesson_mode,exit,session_time',
    'cmi.core.score': 'raw,min,max',
  };

  const kept: Kept = { ...before };
  const set: Kept = { ...before };
  const calls: string[] = [];
  const faults: string[] = [];
  const failing: Record<string, { code: string; times: number }> = {};
  let state: 'not initialized' | 'running' | 'finished' = 'not initialized';
  let error = '0';

  const answer = (code: string, value: string) => {
    error = code;
    return value;
  };
  const keyword = (element: string) => /\.(_children|_count|_version)$/.exec(element)?.[1];
  const entryOf = () => (Object.keys(before).length > 0 ? 'resume' : 'ab-initio');

  function get(element: string): string {
    if (state !== 'running') return answer('301', '');
    const word = keyword(element);
    if (word !== undefined) {
      const of = element.slice(0, element.lastIndexOf('.'));
      if (element === 'cmi._version') return answer('0', '3.4');
      if (word === '_children' && of in PARENTS) return answer('0', PARENTS[of]!);
      if (!(of in MODEL)) return answer('401', '');
      return answer(word === '_children' ? '202' : '203', '');
    }
    const known = MODEL[element];
    if (!known)
      return answer(element in PARENTS || !element.startsWith('cmi.') ? '201' : '401', '');
    if (known.access === 'write') return answer('404', '');
    if (element === 'cmi.core.entry') return answer('0', entryOf());
    return answer('0', set[element] ?? known.first ?? '');
  }

  function put(element: string, value: string): string {
    if (state !== 'running') return answer('301', 'false');
    if (keyword(element) !== undefined) return answer('402', 'false');
    const known = MODEL[element];
    if (!known)
      return answer(element in PARENTS || !element.startsWith('cmi.') ? '201' : '401', 'false');
    if (known.access === 'read') return answer('403', 'false');
    if (!known.fits(value)) return answer('405', 'false');
    set[element] = value;
    return answer('0', 'true');
  }

  const commit = () => {
    for (const name of Object.keys(set)) kept[name] = set[name]!;
  };
  const nothing = (value: string | undefined) => value === '';

  const CALLS: Record<string, (...given: string[]) => string> = {
    LMSInitialize(given) {
      if (!nothing(given)) return answer('201', 'false');
      if (state !== 'not initialized') return answer('101', 'false');
      state = 'running';
      return answer('0', 'true');
    },
    LMSFinish(given) {
      if (!nothing(given)) return answer('201', 'false');
      if (state !== 'running') return answer('301', 'false');
      commit();
      state = 'finished';
      return answer('0', 'true');
    },
    LMSCommit(given) {
      if (!nothing(given)) return answer('201', 'false');
      if (state !== 'running') return answer('301', 'false');
      commit();
      return answer('0', 'true');
    },
    LMSGetValue: (element) => get(element ?? ''),
    LMSSetValue: (element, value) => put(element ?? '', value ?? ''),
    LMSGetLastError: () => error,
    LMSGetErrorString: () => 'words',
    LMSGetDiagnostic: () => 'words',
  };

  const api = Object.fromEntries(
    Object.entries(CALLS).map(([name, call]) => [
      name,
      (...given: string[]): string => {
        const said = `${name} ${given.map((one) => (one.length > 80 ? `${one.length} characters` : one)).join(' ')}`;
        const [element = ''] = given;
        const fault = (why: string) => faults.push(`${said.trim()}: ${why}`);
        if (!ALLOWED.calls.includes(name)) fault('not an allowed call');
        if (name === 'LMSGetValue' && !ALLOWED.get.includes(element)) fault('may not be read');
        if (name === 'LMSSetValue' && !ALLOWED.set.includes(element)) fault('may not be set');
        if (given.some((one) => typeof one !== 'string')) fault('takes texts');
        const arity = name === 'LMSSetValue' ? 2 : name === 'LMSGetLastError' ? 0 : 1;
        if (given.length !== arity) fault(`takes ${arity} arguments`);
        const failed = failing[name] ?? failing[`${name} ${element}`];
        if (failed && failed.times > 0) {
          failed.times--;
          calls.push(`${said.trim()} → failed ${failed.code}`);
          return answer(failed.code, name === 'LMSGetValue' ? '' : 'false');
        }
        const result = call(...given);
        calls.push(
          `${said.trim()} → ${result.length > 80 ? `${result.length} characters` : result}`,
        );
        // A failure that nobody asked for is a mistake of the lesson.
        if (name !== 'LMSGetLastError' && error !== '0') fault(`error ${error}`);
        return result;
      },
    ]),
  );
  return {
    api,
    kept,
    calls,
    faults,
    fail: (call, code, times) => (failing[call] = { code, times }),
    state: () => state,
  };
}
