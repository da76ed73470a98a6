/** @file Settings in a lesson: the Lab's own, but refused rather than clamped, because the author can correct them. */
import { check } from '../core/check';
import { Fields, shown } from '../core/fields';
import { checkParam } from '../core/params';
import { read } from '../attention/parse';
import { masksIn } from '../attention/masksIn';
import { patterns } from '../attention/registry';
import { lettersOf } from '../data/alphabet';
import type { RunSpec, Setting } from '../spec/run';
import { CONTROLS, controlOf, DEFAULTS } from '../spec/controls';
import { fitStripes } from '../spec/stripes';

const NAMES: readonly string[] = CONTROLS.map(({ name }) => name);

export const isSetting = (name: string): name is Setting => NAMES.includes(name);

/** Some settings, each of its kind; throws InputError naming the wrong one. */
export function settingsOf(value: unknown, what: string): Partial<RunSpec> {
  const names = new Fields(value, what).names();
  return Object.fromEntries(
    names.map((name) => [name, settingOf(name, (value as Record<string, unknown>)[name], what)]),
  );
}

function settingOf(name: string, value: unknown, what: string): RunSpec[Setting] {
  check(isSetting(name), `'${name}' of ${what} is not a setting; there are ${NAMES.join(', ')}`);
  const control = controlOf(name);
  switch (control.kind) {
    case 'number':
      check(typeof value === 'number', `${name} of ${what} should be a number`);
      checkParam(`${name} of ${what}`, control.param, value);
      return value;
    case 'choice': {
      const known = control.options.map((option) => option.value);
      check(
        typeof value === typeof DEFAULTS[name] && known.includes(String(value)),
        `${name} of ${what} is ${shown(value)}; it should be one of ${known.join(', ')}`,
      );
      return value as RunSpec[Setting];
    }
    case 'stripes': {
      const letters = patterns.all.map(({ letter }) => letter);
      check(
        typeof value === 'string' &&
          value !== '' &&
          [...value].every((one) => letters.includes(one) || /[1-9]/.test(one)),
        `${name} of ${what} is ${shown(value)}; it should be letters of ${letters.join(', ')}, or numbers of masks`,
      );
      return value;
    }
    case 'alphabet': {
      check(typeof value === 'string', `${name} of ${what} should be a text`);
      lettersOf(value);
      return value;
    }
    case 'masks': {
      check(typeof value === 'string', `${name} of ${what} should be masks with ';' between them`);
      masksIn(value).forEach((mask) => read(mask));
      return value;
    }
  }
}

/** 'window=4&plan=local' from a link in the text. */
export function settingsOfLink(text: string, what: string): Partial<RunSpec> {
  const pairs = text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    check(at > 0, `'${pair}' of ${what} should be a setting, = and its value`);
    const [name, value] = [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
    const number = isSetting(name) && typeof DEFAULTS[name] === 'number';
    return [name, number ? Number(value) : value];
  });
  return settingsOf(Object.fromEntries(pairs), what);
}

/** As many stripes as layers, so that a custom plan can be expanded. */
export const fitted = (spec: RunSpec): RunSpec =>
  spec.plan === 'custom' ? { ...spec, stripes: fitStripes(spec.stripes, spec.layers) } : spec;
