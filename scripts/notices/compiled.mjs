/**
 * @file What the WebAssembly files contain: no bundler can tell where compiled code came from.
 *
 * Those of tfjs are built from the libraries its repository names (WORKSPACE and tfjs-backend-wasm/src/cc/BUILD), which
 * are in no npm package; their notices are given here, the texts of their licences come from SPDX.
 */
export const COMPILED = [
  {
    file: /\/tfjs-backend-wasm(-simd)?\.wasm$/,
    parts: [
      {
        name: 'XNNPACK',
        licence: 'BSD-3-Clause',
        copyright: [
          'Copyright (c) Facebook, Inc. and its affiliates. All rights reserved.',
          'Copyright 2019 Google LLC',
        ],
      },
      {
        name: 'pthreadpool',
        licence: 'BSD-2-Clause',
        copyright: [
          'Copyright 2019 Google LLC',
          'Copyright (c) 2017 Facebook Inc.',
          'Copyright (c) 2015-2017 Georgia Institute of Technology. All rights reserved.',
        ],
      },
      {
        name: 'cpuinfo and clog',
        licence: 'BSD-2-Clause',
        copyright: [
          'Copyright (c) 2019 Google LLC',
          'Copyright (c) 2017-2018 Facebook Inc.',
          'Copyright (C) 2012-2017 Georgia Institute of Technology',
          'Copyright (C) 2010-2012 Marat Dukhan. All rights reserved.',
        ],
      },
      {
        name: 'FP16 and psimd',
        licence: 'MIT',
        copyright: [
          'Copyright (c) 2017 Facebook Inc.',
          'Copyright (c) 2014-2017 Georgia Institute of Technology',
          'Copyright 2019 Google LLC',
        ],
      },
      {
        name: 'FXdiv',
        licence: 'MIT',
        copyright: ['Copyright (c) 2017 Facebook Inc.', 'Copyright (c) 2016-2017 Marat Dukhan'],
      },
      {
        name: 'Emscripten',
        licence: 'MIT',
        copyright: ['Copyright (c) 2010-2014 Emscripten authors'],
      },
      {
        name: 'musl',
        licence: 'MIT',
        copyright: ['Copyright (c) 2005-2020 Rich Felker, et al.'],
      },
    ],
  },
  { file: /\/src\/ops\/simd(Shared)?\.wasm$/, packages: ['assemblyscript'] }, // its standard library
];
