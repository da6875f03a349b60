// `import Swiftlet` brings all of it.
@_exported public import SwiftletAnalysis
@_exported public import SwiftletEngine
@_exported public import SwiftletFormats
@_exported public import SwiftletGraph
@_exported public import SwiftletOps
@_exported public import SwiftletVision
@_exported public import SwiftletZoo
