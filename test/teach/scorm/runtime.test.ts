/** @file The strict run-time that the other tests judge by: its states, types and error codes are the standard's. */
import { describe, expect, test } from 'vitest';
import { scorm12 } from '../../support/scorm12';

const running = (before = {}) => {
  const lms = scorm12(before);
  lms.api['LMSInitialize']!('');
  const call = (name: string, ...given: string[]) => [
    lms.api[name]!(...given),
    lms.api['LMSGetLastError']!(),
  ];
  return { lms, call };
};

describe('the strict run-time', () => {
  test('goes from not initialized to running to finished, and not back', () => {
    const lms = scorm12();
    const call = (name: string) => [lms.api[name]!(''), lms.api['LMSGetLastError']!()];
    expect(call('LMSCommit')).toEqual(['false', '301']);
    expect(call('LMSFinish')).toEqual(['false', '301']);
    expect(call('LMSInitialize')).toEqual(['true', '0']);
    expect(call('LMSInitialize')).toEqual(['false', '101']);
    expect(call('LMSFinish')).toEqual(['true', '0']);
    expect(call('LMSCommit')).toEqual(['false', '301']);
    expect(call('LMSInitialize')).toEqual(['false', '101']);
  });

  test.each([
    ['LMSSetValue', ['cmi.core.lesson_status', 'passed'], 'true', '0'],
    ['LMSSetValue', ['cmi.core.lesson_status', 'not attempted'], 'false', '405'],
    ['LMSSetValue', ['cmi.core.lesson_status', 'Passed'], 'false', '405'],
    ['LMSSetValue', ['cmi.core.score.raw', '87.5'], 'true', '0'],
    ['LMSSetValue', ['cmi.core.score.raw', '101'], 'false', '405'],
    ['LMSSetValue', ['cmi.core.score.raw', 'ten'], 'false', '405'],
    ['LMSSetValue', ['cmi.core.score._children', 'raw'], 'false', '402'],
    ['LMSSetValue', ['cmi.core.student_name', 'Eve'], 'false', '403'],
    ['LMSSetValue', ['cmi.core', 'x'], 'false', '201'],
    ['LMSSetValue', ['cmi.interactions.0.id', 'x'], 'false', '401'],
    ['LMSSetValue', ['cmi.suspend_data', 'x'.repeat(4096)], 'true', '0'],
    ['LMSSetValue', ['cmi.suspend_data', 'x'.repeat(4097)], 'false', '405'],
    ['LMSGetValue', ['cmi.core.session_time'], '', '404'],
    ['LMSGetValue', ['cmi.core.entry'], 'ab-initio', '0'],
    ['LMSGetValue', ['cmi.core.score._children'], 'raw,min,max', '0'],
    ['LMSGetValue', ['cmi.suspend_data._children'], '', '202'],
    ['LMSGetValue', ['cmi.suspend_data._count'], '', '203'],
    ['LMSGetValue', ['cmi.nothing'], '', '401'],
    ['LMSCommit', ['now'], 'false', '201'],
  ])('answers %s %j with %j and the error %s', (name, given, result, code) => {
    expect(running().call(name, ...given)).toEqual([result, code]);
  });

  test('keeps what was committed, and calls whatever a lesson may not do a fault', () => {
    const { lms, call } = running({ 'cmi.suspend_data': 'before' });
    expect(call('LMSGetValue', 'cmi.suspend_data')).toEqual(['before', '0']);
    expect(call('LMSGetValue', 'cmi.core.entry')).toEqual(['resume', '0']);
    call('LMSSetValue', 'cmi.core.score.raw', '50');
    expect(lms.kept).toEqual({ 'cmi.suspend_data': 'before' });
    call('LMSCommit', '');
    expect(lms.kept).toEqual({ 'cmi.suspend_data': 'before', 'cmi.core.score.raw': '50' });
    expect(lms.faults).toEqual([]);
    call('LMSGetValue', 'cmi.core.student_name');
    call('LMSSetValue', 'cmi.core.exit', 'suspend');
    call('LMSGetErrorString', '101');
    expect(lms.faults).toHaveLength(3);
  });
});
