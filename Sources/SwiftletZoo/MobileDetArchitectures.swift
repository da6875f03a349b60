extension MobileDet {
  /// The networks that were found for each kind of processor.
  static let variants: [(name: String, stem: Int, isExcited: Bool, stages: [[Block]])] = [
    ("cpu", 16, true, cpu), ("dsp", 32, false, dsp), ("edgetpu", 32, false, edgeTPU), ("gpu", 32, false, gpu),
  ]

  private static let cpu: [[Block]] = [
    [.separable(8)],
    [.ibn(16, t: 4, s: 2, residual: false)],
    [.ibn(32, t: 8, s: 2, residual: false), .ibn(32, t: 4), .ibn(32, t: 4), .ibn(32, t: 4)],
    [
      .ibn(72, k: 5, t: 8, s: 2, residual: false), .ibn(72, t: 8), .ibn(72, k: 5, t: 4), .ibn(72, t: 4),
      .ibn(72, t: 8, residual: false), .ibn(72, t: 8), .ibn(72, t: 8), .ibn(72, t: 8),
    ],
    [
      .ibn(104, k: 5, t: 8, s: 2, residual: false), .ibn(104, k: 5, t: 4), .ibn(104, k: 5, t: 4), .ibn(104, t: 4),
      .ibn(144, t: 8, residual: false),
    ],
  ]

  private static let dsp: [[Block]] = [
    [.separable(24)],
    [.fused(32, t: 4, s: 2, residual: false), .fused(32, t: 4), .ibn(32, t: 4), .tucker(32, 0.25, 0.75)],
    [.fused(64, t: 8, s: 2, residual: false), .ibn(64, t: 4), .fused(64, t: 4), .fused(64, t: 4)],
    [
      .fused(120, t: 8, s: 2, residual: false), .ibn(120, t: 4), .ibn(120, t: 8), .ibn(120, t: 8),
      .fused(144, t: 8, residual: false), .ibn(144, t: 8), .ibn(144, t: 8), .ibn(144, t: 8),
    ],
    [
      .ibn(160, t: 4, s: 2, residual: false), .ibn(160, t: 4), .fused(160, t: 4), .tucker(160, 0.75, 0.75),
      .ibn(240, t: 8, residual: false),
    ],
  ]

  private static let edgeTPU: [[Block]] = [
    [.tucker(16, 0.25, 0.75, residual: false)],
    [.fused(16, t: 8, s: 2, residual: false), .fused(16, t: 4), .fused(16, t: 8), .fused(16, t: 4)],
    [.fused(40, k: 5, t: 8, s: 2, residual: false), .fused(40, t: 4), .fused(40, t: 4), .fused(40, t: 4)],
    [
      .ibn(72, t: 8, s: 2, residual: false), .ibn(72, t: 8), .fused(72, t: 4), .fused(72, t: 4),
      .ibn(96, k: 5, t: 8, residual: false), .ibn(96, k: 5, t: 8), .ibn(96, t: 8), .ibn(96, t: 8),
    ],
    [
      .ibn(120, k: 5, t: 8, s: 2, residual: false), .ibn(120, t: 8), .ibn(120, k: 5, t: 4), .ibn(120, t: 8),
      .ibn(384, k: 5, t: 8, residual: false),
    ],
  ]

  private static let gpu: [[Block]] = [
    [.tucker(16, 0.25, 0.5, residual: false)],
    [
      .fused(32, t: 8, s: 2, residual: false), .tucker(32, 0.25, 0.25), .tucker(32, 0.25, 0.25),
      .tucker(32, 0.25, 0.25),
    ],
    [.fused(64, t: 8, s: 2, residual: false), .fused(64, t: 8), .fused(64, t: 8), .fused(64, t: 4)],
    [
      .fused(128, t: 8, s: 2, residual: false), .fused(128, t: 4), .fused(128, t: 4), .fused(128, t: 4),
      .fused(128, t: 8, residual: false), .fused(128, t: 8), .fused(128, t: 8), .fused(128, t: 8),
    ],
    [
      .fused(128, t: 4, s: 2, residual: false), .fused(128, t: 4), .fused(128, t: 4), .fused(128, t: 4),
      .ibn(384, t: 8, residual: false),
    ],
  ]
}
