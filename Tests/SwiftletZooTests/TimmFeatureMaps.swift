/// Strides and channels of timm's `features_only` networks, version 1.0.31: each line is for the models behind the bar.
let timmFeatureMaps: [String: [Int: Int]] = {
  var maps: [String: [Int: Int]] = [:]
  var current: [Int: Int] = [:]
  for line in table.split(separator: "\n") {
    let parts = line.split(separator: "|")
    if parts.count == 2 {
      current = Dictionary(
        uniqueKeysWithValues: parts[0].split(separator: " ").map { pair in
          let numbers = pair.split(separator: ":").map { Int($0)! }
          return (numbers[0], numbers[1])
        })
    }
    for name in parts[parts.count - 1].split(separator: " ") { maps[String(name)] = current }
  }
  return maps
}()

private let table = """
  1:64 2:128 4:256 8:512 16:512 32:512 | vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn
  2:64 4:64 8:128 16:256 32:512 | resnet18 resnet34 resnet18d resnet34d
  2:64 4:256 8:512 16:1024 32:2048 | resnet26 resnet50 resnet101 resnet152 resnet26d resnet50d resnet101d
      resnet152d
  2:64 4:192 8:288 16:768 32:2048 | inception_v3
  2:64 4:160 8:384 16:1024 32:1536 | inception_v4
  2:64 4:192 8:320 16:1088 32:1536 | inception_resnet_v2
  2:64 4:256 8:512 16:1024 32:1024 | densenet121
  2:96 4:384 8:768 16:2112 32:2208 | densenet161
  2:64 4:256 8:512 16:1280 32:1664 | densenet169
  2:64 4:256 8:512 16:1792 32:1920 | densenet201
  2:64 4:128 8:256 16:728 32:2048 | legacy_xception
  2:128 4:256 8:728 16:1024 32:2048 | xception41 xception65 xception71
  2:64 4:128 8:256 16:512 32:1024 | mobilenetv1_100 mobilenetv1_100h
  2:80 4:160 8:320 16:640 32:1280 | mobilenetv1_125
  2:8 4:8 8:16 16:32 32:112 | mobilenetv2_035
  2:8 4:16 8:16 16:48 32:160 | mobilenetv2_050
  2:16 4:24 8:24 16:72 32:240 | mobilenetv2_075
  2:16 4:24 8:32 16:96 32:320 | mobilenetv2_100
  2:24 4:32 8:48 16:136 32:448 | mobilenetv2_140
  2:16 4:24 8:32 16:104 32:352 | mobilenetv2_110d
  2:24 4:32 8:40 16:112 32:384 | mobilenetv2_120d
  2:8 4:16 8:24 16:48 32:160 | mnasnet_050
  2:16 4:24 8:32 16:72 32:240 | mnasnet_075
  2:16 4:24 8:40 16:96 32:320 | mnasnet_100
  2:24 4:32 8:56 16:136 32:448 | mnasnet_140
  2:8 4:16 8:24 16:56 32:160 | semnasnet_050 tinynet_e
  2:16 4:24 8:32 16:88 32:240 | semnasnet_075 tinynet_b
  2:16 4:24 8:40 16:112 32:320 | semnasnet_100 efficientnet_b0 efficientnet_b1 tf_efficientnet_b0
      tf_efficientnet_b1 efficientnet_cc_b0_4e efficientnet_cc_b0_8e efficientnet_cc_b1_8e
      tf_efficientnet_cc_b0_4e tf_efficientnet_cc_b0_8e tf_efficientnet_cc_b1_8e efficientnet_lite0
      efficientnet_lite1 tf_efficientnet_lite0 tf_efficientnet_lite1 tinynet_a
  2:24 4:32 8:56 16:160 32:448 | semnasnet_140 efficientnet_b4 tf_efficientnet_b4 efficientnet_lite4
      tf_efficientnet_lite4
  2:8 4:16 8:16 16:32 32:144 | mnasnet_small
  2:16 4:24 8:32 16:112 32:352 | fbnetc_100
  2:16 4:24 8:32 16:88 32:720 | mobilenetv3_large_075 tf_mobilenetv3_large_075
  2:16 4:24 8:40 16:112 32:960 | mobilenetv3_large_100 mobilenetv3_rw tf_mobilenetv3_large_100
      tf_mobilenetv3_large_minimal_100 hardcorenas_a hardcorenas_b hardcorenas_c hardcorenas_d hardcorenas_e
      hardcorenas_f
  2:24 4:40 8:64 16:168 32:1440 | mobilenetv3_large_150d
  2:16 4:8 8:16 16:24 32:288 | mobilenetv3_small_050
  2:16 4:16 8:24 16:40 32:432 | mobilenetv3_small_075 tf_mobilenetv3_small_075
  2:16 4:16 8:24 16:48 32:576 | mobilenetv3_small_100 tf_mobilenetv3_small_100 tf_mobilenetv3_small_minimal_100
  2:16 4:32 8:48 16:96 32:192 | mobilenet_edgetpu_100
  2:16 4:32 8:48 16:144 32:192 | mobilenet_edgetpu_v2_xs
  2:24 4:48 8:64 16:160 32:256 | mobilenet_edgetpu_v2_s efficientnetv2_s tf_efficientnetv2_s
  2:32 4:64 8:80 16:192 32:320 | mobilenet_edgetpu_v2_m
  2:32 4:64 8:96 16:240 32:384 | mobilenet_edgetpu_v2_l
  2:64 4:256 8:512 16:768 32:1024 | vovnet39a vovnet57a ese_vovnet19b_dw ese_vovnet39b ese_vovnet57b ese_vovnet99b
      eca_vovnet39b
  2:64 4:112 8:256 16:384 32:512 | ese_vovnet19b_slim_dw ese_vovnet19b_slim
  2:16 4:24 8:48 16:120 32:352 | efficientnet_b2 tf_efficientnet_b2 efficientnet_lite2 tf_efficientnet_lite2
  2:24 4:32 8:48 16:136 32:384 | efficientnet_b3 tf_efficientnet_b3 efficientnet_lite3 tf_efficientnet_lite3
  2:24 4:40 8:64 16:176 32:512 | efficientnet_b5 tf_efficientnet_b5
  2:32 4:40 8:72 16:200 32:576 | efficientnet_b6 tf_efficientnet_b6
  2:32 4:48 8:80 16:224 32:640 | efficientnet_b7 tf_efficientnet_b7
  2:32 4:56 8:88 16:248 32:704 | efficientnet_b8 tf_efficientnet_b8
  2:8 4:12 8:20 16:40 32:80 | ghostnet_050 repghostnet_050 ghostnetv3_050
  2:16 4:24 8:40 16:80 32:160 | ghostnet_100 repghostnet_100 ghostnetv2_100 ghostnetv3_100
  2:20 4:32 8:52 16:104 32:208 | ghostnet_130 repghostnet_130 ghostnetv2_130 ghostnetv3_130
  2:16 4:24 8:40 16:120 32:1344 | fbnetv3_b
  2:16 4:24 8:40 16:128 32:1440 | fbnetv3_d
  2:24 4:40 8:56 16:160 32:1728 | fbnetv3_g
  2:16 4:38 8:61 16:128 32:185 | rexnet_100
  2:21 4:50 8:79 16:167 32:240 | rexnet_130
  2:24 4:58 8:92 16:193 32:277 | rexnet_150
  2:32 4:77 8:122 16:257 32:370 | rexnet_200
  2:48 4:116 8:183 16:386 32:554 | rexnet_300
  2:16 4:40 8:64 16:128 32:184 | rexnetr_100
  2:24 4:48 8:80 16:168 32:240 | rexnetr_130
  2:24 4:56 8:96 16:192 32:280 | rexnetr_150
  2:32 4:80 8:120 16:256 32:368 | rexnetr_200
  2:48 4:112 8:176 16:384 32:560 | rexnetr_300
  2:8 4:16 8:24 16:64 32:176 | tinynet_c tinynet_d
  2:48 4:48 8:96 16:192 32:1280 | repvgg_a0
  2:64 4:64 8:128 16:256 32:1280 | repvgg_a1 repvgg_b0
  2:64 4:96 8:192 16:384 32:1408 | repvgg_a2
  2:64 4:128 8:256 16:512 32:2048 | repvgg_b1 repvgg_b1g4
  2:64 4:160 8:320 16:640 32:2560 | repvgg_b2 repvgg_b2g4 repvgg_d2se
  2:64 4:192 8:384 16:768 32:2560 | repvgg_b3 repvgg_b3g4
  16:192 | vit_tiny_patch16_224 deit_tiny_patch16_224 deit_tiny_distilled_patch16_224
  32:384 | vit_small_patch32_224
  16:384 | vit_small_patch16_224 deit_small_patch16_224 deit_small_distilled_patch16_224
  32:768 | vit_base_patch32_224
  16:768 | vit_base_patch16_224 deit_base_patch16_224 deit_base_distilled_patch16_224
  2:24 4:48 8:80 16:176 32:512 | efficientnetv2_m tf_efficientnetv2_m
  2:32 4:64 8:96 16:224 32:640 | efficientnetv2_l tf_efficientnetv2_l
  2:32 4:64 8:96 16:256 32:640 | efficientnetv2_xl tf_efficientnetv2_xl
  2:24 4:40 8:48 16:128 32:208 | efficientnetv2_rw_t
  2:24 4:48 8:64 16:160 32:272 | efficientnetv2_rw_s
  2:32 4:56 8:80 16:192 32:328 | efficientnetv2_rw_m
  2:16 4:32 8:48 16:112 32:192 | tf_efficientnetv2_b0 tf_efficientnetv2_b1
  2:16 4:32 8:56 16:120 32:208 | tf_efficientnetv2_b2
  2:16 4:40 8:56 16:136 32:232 | tf_efficientnetv2_b3
  2:16 4:24 8:48 16:88 32:176 | lcnet_035
  2:16 4:32 8:64 16:128 32:256 | lcnet_050
  2:24 4:48 8:96 16:192 32:384 | lcnet_075
  2:32 4:64 8:128 16:256 32:512 | lcnet_100
  2:48 4:96 8:192 16:384 32:768 | lcnet_150
  2:16 4:24 8:48 16:64 32:320 | mobilevit_xxs
  2:32 4:48 8:64 16:80 32:384 | mobilevit_xs
  2:32 4:64 8:96 16:128 32:640 | mobilevit_s
  2:48 4:48 8:128 16:256 32:1024 | mobileone_s0
  2:64 4:96 8:192 16:512 32:1280 | mobileone_s1
  2:64 4:96 8:256 16:640 32:2048 | mobileone_s2
  2:64 4:128 8:320 16:768 32:2048 | mobileone_s3
  2:64 4:192 8:448 16:896 32:2048 | mobileone_s4
  2:12 4:16 8:24 16:48 32:92 | repghostnet_058
  2:12 4:20 8:32 16:64 32:128 | repghostnet_080
  2:16 4:28 8:44 16:88 32:176 | repghostnet_111
  2:24 4:36 8:60 16:120 32:240 | repghostnet_150
  2:32 4:48 8:80 16:160 32:320 | repghostnet_200
  2:24 4:40 8:64 16:128 32:256 | ghostnetv2_160 ghostnetv3_160
  4:48 8:96 16:192 32:384 | repvit_m1 repvit_m0_9 convnext_femto convnext_femto_ols edgenext_small_rw
      efficientvit_b2 fastvit_t8 convnextv2_femto
  4:64 8:128 16:256 32:512 | repvit_m2 repvit_m3 repvit_m1_1 repvit_m1_5 convnext_pico convnext_pico_ols
      efficientvit_b3 efficientvit_l1 efficientvit_l2 fastvit_t12 fastvit_s12 fastvit_sa12 fastvit_sa24
      fastvit_sa36 convnextv2_pico fasternet_t1
  4:56 8:112 16:224 32:448 | repvit_m1_0
  4:80 8:160 16:320 32:640 | repvit_m2_3 convnext_nano convnext_nano_ols convnextv2_nano
  16:128 32:224 64:320 | shvit_s1
  16:128 32:308 64:448 | shvit_s2
  16:192 32:352 64:448 | shvit_s3
  16:224 32:336 64:448 | shvit_s4
  4:16 8:32 16:64 32:128 | starnet_s050 efficientvit_b0
  4:20 8:40 16:80 32:160 | starnet_s100
  4:24 8:48 16:96 32:192 | starnet_s150 starnet_s1
  4:32 8:64 16:128 32:256 | starnet_s2 starnet_s3 starnet_s4 efficientvit_b1
  2:32 4:16 8:24 16:32 32:336 | mobilenetv4_conv_small_035
  2:32 4:16 8:32 16:48 32:480 | mobilenetv4_conv_small_050
  2:32 4:32 8:64 16:96 32:960 | mobilenetv4_conv_small
  2:32 4:48 8:80 16:160 32:960 | mobilenetv4_conv_medium mobilenetv4_conv_aa_medium mobilenetv4_conv_blur_medium
      mobilenetv4_hybrid_medium
  2:24 4:48 8:96 16:192 32:960 | mobilenetv4_conv_large mobilenetv4_conv_aa_large mobilenetv4_hybrid_large
  2:32 4:40 8:64 16:120 32:720 | mobilenetv4_hybrid_medium_075
  2:24 4:40 8:72 16:144 32:720 | mobilenetv4_hybrid_large_075
  4:40 8:80 16:160 32:320 | convnext_atto convnext_atto_ols convnextv2_atto fasternet_t0
  4:96 8:192 16:384 32:768 | convnext_tiny convnext_tiny_hnf convnextv2_tiny fasternet_t2
  4:24 8:48 16:88 32:168 | edgenext_xx_small
  4:32 8:64 16:100 32:192 | edgenext_x_small
  4:48 8:96 16:160 32:304 | edgenext_small
  4:80 8:160 16:288 32:584 | edgenext_base
  2:32 4:64 8:128 16:192 32:256 | mobilevitv2_050
  2:48 4:96 8:192 16:288 32:384 | mobilevitv2_075
  2:64 4:128 8:256 16:384 32:512 | mobilevitv2_100
  2:80 4:160 8:320 16:480 32:640 | mobilevitv2_125
  2:96 4:192 8:384 16:576 32:768 | mobilevitv2_150
  2:112 4:224 8:448 16:672 32:896 | mobilevitv2_175
  2:128 4:256 8:512 16:768 32:1024 | mobilevitv2_200
  4:128 8:256 16:512 32:1024 | efficientvit_l3 fasternet_s
  16:64 32:128 64:192 | efficientvit_m0
  16:128 32:144 64:192 | efficientvit_m1
  16:128 32:192 64:224 | efficientvit_m2
  16:128 32:240 64:320 | efficientvit_m3
  16:128 32:256 64:384 | efficientvit_m4
  16:192 32:288 64:384 | efficientvit_m5
  4:32 8:48 16:96 32:176 | efficientformerv2_s0
  4:32 8:48 16:120 32:224 | efficientformerv2_s1
  4:32 8:64 16:144 32:288 | efficientformerv2_s2
  4:40 8:80 16:192 32:384 | efficientformerv2_l
  4:76 8:152 16:304 32:608 | fastvit_ma36
  4:144 8:288 16:576 32:1152 | fasternet_m
  4:192 8:384 16:768 32:1536 | fasternet_l
  """
