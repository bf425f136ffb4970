using System.Runtime.Serialization;

namespace Anneal.Pipeline.Config.Options;

internal enum DatasetName
{
    Mnist,

    [EnumMember(Value = "fashion-mnist")]
    FashionMnist,
}
