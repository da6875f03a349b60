/// Which ways of computing a plan may take.
public enum Precision: String, Sendable, CaseIterable {
  /// 32-bit floats; also transforms (Winograd, Strassen) whose error stays within four times that of direct sums.
  case exact
  /// 32-bit floats, direct sums only.
  case strict
}
