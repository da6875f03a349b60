public import SwiftletGraph

/// A group of networks that one paper defines.
public struct Family: Sendable {
  /// As in "MobileNetV2".
  public var name: String
  /// Of the publication that `paper` names.
  public var year: Int
  /// Title, authors, venue.
  public var paper: String
  /// Where the paper is found.
  public var url: String
  /// The implementation whose parameter names are used, and the licence of that code.
  public var reference: String
  public var licence: String
  /// What is new in these networks, in a sentence or two.
  public var idea: String
  /// Where it shows best.
  public var block: Block
  public var models: [Model]

  public init(
    _ name: String, year: Int, paper: String, url: String, reference: String, licence: String, idea: String,
    block: Block, dialects: [Dialect] = [], models: [Model]
  ) {
    (self.name, self.year, self.paper, self.url) = (name, year, paper, url)
    (self.reference, self.licence, self.idea) = (reference, licence, idea)
    (self.block, self.models) = (block, models)
    for i in models.indices { self.models[i].dialects = dialects }
  }

  /// A part of a model: its layers from the first whose name begins with `first` to the last whose name begins with `last`.
  public struct Block: Hashable, Sendable {
    public var model: String
    public var first: String
    public var last: String

    public init(_ model: String, _ first: String, through last: String? = nil) {
      (self.model, self.first, self.last) = (model, first, last ?? first)
    }
  }
}

/// One variant of a family: a definition with all that is needed to use it. Weights are brought by the user.
public struct Model: Sendable {
  /// The name in the reference, as in `mobilenetv2_100`.
  public var name: String
  public var preprocessing: Preprocessing
  /// ImageNet-1k top-1 in per cent, as published, with where it was read.
  public var top1: Double?
  public var top1Source: String?
  /// The prefix of the classifier's parameters, as in `classifier.`; empty for a backbone.
  public var classifier: String
  /// The same of further classifiers that only training uses.
  public var auxiliaryClassifiers: [String]
  /// How many classes the reference tells apart; 0 for a backbone, which gives feature maps and has no classifier.
  public var classes: Int
  /// The names of the parameters, where they are not the definition's.
  public var dialect: Dialect?
  /// Names under which files with weights of this network are found too.
  public var dialects: [Dialect] = []
  /// The network for a number of classes.
  let network: @Sendable (_ classes: Int) -> any Layer

  /// - Parameter network: the network for a number of classes; 0 leaves the classifier out and gives pooled features.
  public init(
    _ name: String, _ preprocessing: Preprocessing = Preprocessing(), top1: Double? = nil, top1Source: String? = nil,
    classifier: String = "classifier.", auxiliaryClassifiers: [String] = [], classes: Int = 1000,
    network: @escaping @Sendable (_ classes: Int) -> any Layer
  ) {
    (self.name, self.preprocessing, self.top1, self.top1Source) = (name, preprocessing, top1, top1Source)
    (self.classifier, self.auxiliaryClassifiers, self.classes) = (classifier, auxiliaryClassifiers, classes)
    self.network = network
  }

  /// A backbone of detectors: its outputs are feature maps, the largest first.
  public init(
    backbone name: String, _ preprocessing: Preprocessing = Preprocessing(),
    network: @escaping @Sendable () -> any Layer
  ) {
    self.init(name, preprocessing, classifier: "", classes: 0) { _ in network() }
  }

  /// Whether the outputs are feature maps rather than scores of classes.
  public var isBackbone: Bool { classes == 0 }

  /// The prefixes of all parameters whose shape depends on the number of classes.
  public var classifiers: [String] { isBackbone ? [] : [classifier] + auxiliaryClassifiers }

  /// Whether the shape of the parameter `name` depends on the number of classes.
  public func isClassifier(_ name: String) -> Bool { classifiers.contains { name.hasPrefix($0) } }

  /// The network as a graph for images `[batch, channels, height, width]`, values normalised as `preprocessing` says.
  /// - Parameters:
  ///   - size: height and width; the model's own where `nil`.
  ///   - channels: of the images; the model's own where `nil`. The first convolution takes as many.
  ///   - classes: the reference's number where `nil`; 0 gives pooled features `[batch, features]` instead of logits.
  /// - Throws: `GraphError` when the architecture does not allow the size, or classes are asked of a backbone.
  public func graph(
    batch: Int = 1, size: (height: Int, width: Int)? = nil, channels: Int? = nil, classes: Int? = nil
  ) throws(GraphError) -> Graph {
    spelled(try definition(batch: batch, size: size, channels: channels, classes: classes))
  }

  /// The graph under the names of the definition.
  package func definition(
    batch: Int = 1, size: (height: Int, width: Int)? = nil, channels: Int? = nil, classes: Int? = nil
  ) throws(GraphError) -> Graph {
    let classes = classes ?? self.classes
    if isBackbone {
      if classes == 0 { return try featureGraph(nil, input(batch, size, channels)).pruned() }
      throw GraphError("\(name) is a backbone without a classifier, found \(classes) classes; leave them out")
    }
    return try Graph(input: input(batch, size, channels)) { [output($0, classes)] }
  }

  func output(_ image: Tensor, _ classes: Int) -> Tensor {
    let layer = network(classes)
    return layer(image)
  }

  func input(_ batch: Int, _ size: (height: Int, width: Int)?, _ channels: Int?) -> Shape {
    [
      batch, channels ?? preprocessing.channels, size?.height ?? preprocessing.height,
      size?.width ?? preprocessing.width,
    ]
  }
}
