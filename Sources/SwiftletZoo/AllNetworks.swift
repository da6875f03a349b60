/// Every family, one visible line each, in the order of their papers.
public let allFamilies: [Family] = [
  .vgg,
  .googLeNet,
  .resNet,
  .inceptionV3,
  .squeezeNet,
  .denseNet,
  .xception,
  .alignedXception,
  .mobileNetV1,
  .mobileNetV2,
  .shuffleNetV2,
  .mnasNet,
  .fbNet,
  .mobileNetV3,
  .voVNet,
  .efficientNet,
  .efficientNetLite,
  .ghostNet,
  .tinyNet,
  .efficientNetV2,
  .mobileViT,
]

/// Every model under the name of its reference.
public let allModels: [Model] = allFamilies.flatMap(\.models)
