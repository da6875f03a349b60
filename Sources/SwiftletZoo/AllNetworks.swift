/// Every family, one visible line each.
public let allFamilies: [Family] = [
  .mobileNetV2,
]

/// Every model under the name of its reference.
public let allModels: [Model] = allFamilies.flatMap(\.models)
