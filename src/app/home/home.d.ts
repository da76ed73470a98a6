/** @file What scripts/pages/home.mjs makes of ./facts.ts. */
declare module 'virtual:home-facts' {
  const facts: import('./facts').HomeFacts;
  export default facts;
}
declare module 'virtual:home-recording' {
  const recording: import('./facts').HomeRecording;
  export default recording;
}
