/**
 * @file imsmanifest.xml of a SCORM 1.2 package with one lesson: one organization, one item, one SCO that lists its
 * files (ADL, SCORM Content Aggregation Model 1.2, section 2.3).
 */

export interface Described {
  readonly lesson: string; // id
  readonly title: string;
  /** Of the program. */
  readonly version: string;
}

const XML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string) =>
  text
    .replaceAll(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD]/gu, '')
    .replaceAll(/[&<>"]/g, (sign) => XML[sign]!);

/** A path as a URL; slashes stay. */
const href = (path: string) => escaped(path.split('/').map(encodeURIComponent).join('/'));

/** `paths` are all files of the package except this one; the first is opened. */
export const manifestOf = (
  { lesson, title, version }: Described,
  paths: readonly string[],
): string => `<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="zebra-lab-${escaped(lesson)}" version="${escaped(version)}"
  xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.imsproject.org/xsd/imscp_rootv1p1p2 imscp_rootv1p1p2.xsd http://www.adlnet.org/xsd/adlcp_rootv1p2 adlcp_rootv1p2.xsd">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="organization">
    <organization identifier="organization">
      <title>${escaped(title)}</title>
      <item identifier="item" identifierref="lesson" isvisible="true">
        <title>${escaped(title)}</title>
      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="lesson" type="webcontent" adlcp:scormtype="sco" href="${href(paths[0]!)}">
${paths.map((path) => `      <file href="${href(path)}" />`).join('\n')}
    </resource>
  </resources>
</manifest>
`;
