using System.Runtime.Serialization;

namespace Anneal.Pipeline.Config.Options;

internal enum FitRows
{
    [EnumMember(Value = "train+validation")]
    TrainAndValidation,
}
