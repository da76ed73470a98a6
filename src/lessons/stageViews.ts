/**
 * @file What a stage can show. Each has a component of the same name in src/app/lessons/stageViews; a test keeps the two in
 * step.
 */

export const STAGE_VIEWS = [
  { id: 'stripes', label: 'Stripes', runs: true },
  { id: 'curve', label: 'Learning', runs: true },
  { id: 'maps', label: 'Who reads whom', runs: true },
  { id: 'distance', label: 'Accuracy by distance', runs: true },
  { id: 'masks', label: 'Masks', runs: false },
  { id: 'costs', label: 'Costs', runs: false },
  { id: 'lengths', label: 'Cost by length', runs: false },
  { id: 'reach', label: 'Reach', runs: false },
  { id: 'cache', label: 'Cache, token by token', runs: false },
  { id: 'summary', label: 'What a summary keeps', runs: false },
  { id: 'rope', label: 'Rotary positions', runs: false },
  { id: 'write', label: 'Sample output', runs: false },
  { id: 'adapt', label: 'Adaptation', runs: false },
  { id: 'bench', label: 'Mask workbench', runs: false },
  { id: 'code', label: 'Code', runs: false },
] as const satisfies readonly {
  readonly id: string;
  readonly label: string;
  /** It shows training results, so the stage offers training next to it. */
  readonly runs: boolean;
}[];

export type StageViewId = (typeof STAGE_VIEWS)[number]['id'];

export const stageViewOf = (id: StageViewId) => STAGE_VIEWS.find((view) => view.id === id)!;

/** The model that the view `adapt` continues if the scene names none. */
export const FIRST_ADAPTED = 'moby-dick-128-global';
