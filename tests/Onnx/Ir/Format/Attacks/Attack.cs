namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>A file made to do harm.</summary>
/// <param name="Name">What it tries.</param>
/// <param name="Message">What the refusal says, after the file's name.</param>
/// <param name="Write">Writes it.</param>
internal sealed record Attack(string Name, string Message, Action<AttackFolder> Write)
{
    public override string ToString() => Name;
}
