/// Every family, one visible line each.
public let allFamilies: [Family] = [
  .alignedXception,
  .denseNet,
  .ghostNet,
  .googLeNet,
  .inceptionV3,
  .mobileNetV2,
  .mobileViT,
  .resNet,
  .shuffleNetV2,
  .squeezeNet,
  .vgg,
  .voVNet,
  .xception,
]

/// Every model under the name of its reference.
public let allModels: [Model] = allFamilies.flatMap(\.models)
