/** Whether JSON is the config of a model rather than a mask. */
export const isConfig = (text: string): boolean =>
  /"(model_type|num_hidden_layers|text_config|hidden_size|n_layers)"\s*:/.test(
    text.slice(0, 100_000),
  );
