using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>How much a verdict matters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>The result is likely worse than it could be.</summary>
    Warning,

    /// <summary>The model has not learnt what it should.</summary>
    Problem,
}
