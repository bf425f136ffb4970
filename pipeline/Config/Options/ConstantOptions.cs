using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("constant", "the optimizer's rate throughout")]
internal sealed record ConstantOptions : ScheduleOptions;
