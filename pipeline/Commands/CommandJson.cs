using System.Text.Json.Serialization;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Compare;
using Anneal.Pipeline.Conformance;

namespace Anneal.Pipeline.Commands;

/// <summary>The JSON that commands print.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(EpochReport))]
[JsonSerializable(typeof(ErrorReport))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(FeedReport))]
[JsonSerializable(typeof(GemmReport))]
[JsonSerializable(typeof(MonitorReport))]
[JsonSerializable(typeof(StepReport))]
[JsonSerializable(typeof(InspectReport))]
[JsonSerializable(typeof(LockStepReport))]
[JsonSerializable(typeof(OnnxSuiteReport))]
[JsonSerializable(typeof(PredictReport))]
[JsonSerializable(typeof(PredictBenchReport))]
[JsonSerializable(typeof(ValidateReport))]
[JsonSerializable(typeof(RunsReport))]
internal sealed partial class CommandJson : JsonSerializerContext;
