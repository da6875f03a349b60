/// Every family, one visible line each.
public let allFamilies: [Family] = [
  .mobileNetV1,
  .mobileNetV2,
  .mobileNetV3,
  .mnasNet,
  .fbNet,
  .tinyNet,
  .efficientNet,
  .efficientNetLite,
  .efficientNetV2,
]

/// Every model under the name of its reference.
public let allModels: [Model] = allFamilies.flatMap(\.models)
