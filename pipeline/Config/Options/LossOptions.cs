using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What training makes small.</summary>
[OneOf(
    typeof(CrossEntropyOptions),
    typeof(BinaryCrossEntropyOptions),
    typeof(WestonWatkinsOptions),
    typeof(HingeOptions),
    typeof(FocalOptions),
    typeof(SigmoidMseOptions),
    typeof(MseOptions),
    typeof(MaeOptions),
    typeof(HuberOptions),
    typeof(PoissonOptions))]
internal abstract record LossOptions
{
    /// <summary>The loss of a task where none is named.</summary>
    public static LossOptions Of(TaskKind task) => task switch
    {
        TaskKind.Classification => new CrossEntropyOptions(),
        TaskKind.Regression => new MseOptions(),
        _ => new BinaryCrossEntropyOptions(),
    };
}
