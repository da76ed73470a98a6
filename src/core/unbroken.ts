/** @file A number and its percent sign on one line. */

/** '23 %' with a space at which no line breaks; of a text, or of HTML whose attributes hold no percentages. */
export const unbroken = (text: string): string => text.replaceAll(/(\d) %/g, '$1\u00A0%');
