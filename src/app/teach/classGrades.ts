/**
 * @file A class's scores of one lesson in the columns that Moodle and Canvas import. This page knows only the names that
 * participants typed, so the columns by which a course system recognises its users are empty, unless a name is an email
 * address: a teacher fills them in.
 *
 * Moodle: a column that identifies the user, mapped by hand to one of user id, username, ID number or email address, and
 * a column per grade item. https://docs.moodle.org/en/Grade_import
 *
 * Canvas: Student, ID, SIS User ID, SIS Login ID, Section, then assignments; the line after the head has the points
 * possible. Canvas looks for a student by ID, then by SIS User ID or SIS Login ID, then by exactly the same name
 * (lib/gradebook_importer.rb of canvas-lms). A new column becomes a new assignment.
 */
import { csvOf, type CsvCell } from '../../core/csv';
import type { Lesson } from '../../lessons/lesson';
import { outcomeOf } from '../../lessons/outcome';
import type { ClassTable } from './classTable';

const EMAIL = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;
const emailIn = (name: string): string => (EMAIL.test(name) ? name : '');

/** A column's name; a comma or a quotation mark in it would be read as another column by some programs. */
const itemOf = ({ title }: Pick<Lesson, 'title'>) => `Zebra Lab: ${title.replaceAll(/[",]/g, '')}`;

/** Percent of the graded exercises, as a package reports it; empty if the lesson has none. */
const scoreOf = (lesson: Lesson, { progress }: ClassTable['rows'][number]['result']): CsvCell =>
  outcomeOf(lesson, progress).score ?? '';

export const moodleCsv = (lesson: Lesson, { rows }: ClassTable): string =>
  csvOf(
    ['Email address', 'ID number', 'Participant', itemOf(lesson)],
    rows.map(({ name, result }) => [emailIn(name), '', name, scoreOf(lesson, result)]),
  );

export const canvasCsv = (lesson: Lesson, { rows }: ClassTable): string =>
  csvOf(
    ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', itemOf(lesson)],
    [
      ['    Points Possible', '', '', '', '', 100],
      ...rows.map(({ name, result }) => [
        ...[name, '', '', emailIn(name), ''],
        scoreOf(lesson, result),
      ]),
    ],
  );
