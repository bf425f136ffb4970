using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("sigmoid_mse", "sigmoid and squared error; of any task, a number to predict lying in [0, 1]")]
internal sealed record SigmoidMseOptions : ClassLossOptions;
