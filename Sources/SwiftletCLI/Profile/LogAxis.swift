#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An axis on which equal factors are equally long.
struct LogAxis {
  /// Both above 0.
  var values: ClosedRange<Double>
  /// Where these lie in the picture; the end may come first.
  var from: Double
  var to: Double

  /// The picture's units for a factor of ten.
  var decade: Double { (to - from) / (log10(values.upperBound) - log10(values.lowerBound)) }

  func position(_ value: Double) -> Double { from + decade * (log10(value) - log10(values.lowerBound)) }

  /// 1, 2 and 5 of each decade in sight; those of which the decade itself is seen are to be labelled.
  var ticks: [(value: Double, isDecade: Bool)] {
    let exponents = Int(log10(values.lowerBound).rounded(.down))...Int(log10(values.upperBound).rounded(.up))
    return exponents.flatMap { exponent in
      [1.0, 2, 5].map { ($0 * pow(10, Double(exponent)), $0 == 1) }
    }.filter { values.contains($0.0) }
  }
}
